"""Logged in, logged out, no account: reached, proven, sealed, carried and watched.

visitor_state  reached and proven      login   by a person, once
sealed         kept encrypted          carried_state, drift  put into a profile, watched on the way
"""
