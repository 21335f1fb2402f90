"""The names of the demo web: which host belongs to which invented operator."""

SHOP = "www.kaimono-ichiba.test"
SHOP_CDN = "cdn.kaimono-ichiba.test"
NEWS = "www.asahina-news.test"
NEWS_CDN = "img.asahina-cdn.test"
BLOG = "www.yamabiko-blog.test"
TRAVEL = "www.ryokou-shiori.test"
TRAVEL_CDN = "static.ryokou-shiori.test"
PORTAL = "www.miyako-portal.test"

SAGASU_ACCOUNT = "accounts.sagasu.test"
SAGASU = "www.sagasu.test"
SAGASU_TAG = "www.sagasu-tag.test"
SAGASU_COLLECT = "collect.sagasu-bunseki.test"
SAGASU_ADS = "ads.sagasu-koukoku.test"
SAGASU_FONTS = "fonts.sagasu-font.test"

TOMODACHI = "www.tomodachi.test"
TOMODACHI_TAG = "connect.tomodachi-net.test"

RENRAKU_ACCOUNT = "account.renraku.test"
RENRAKU_TAG = "d.renraku-static.test"
RENRAKU_HITS = "tr.renraku.test"
RENRAKU_LOG = "log.renraku.test"
RENRAKU_SOCIAL = "social.renraku.test"
RENRAKU_ADS = "apm.miyako-portal.test"
RENRAKU_SYNC = "cksync.miyako-portal.test"

EIZO = "player.eizo-haishin.test"
EIZO_LIVE = "live.eizo-haishin.test"
YOMITOKI_CDN = "cdn.yomitoki.test"
YOMITOKI = "in.yomitoki.test"
NAZO = "t.nazo-keisoku.test"
KAZOE = "px.kazoe-ya.test"

# Reached by scenarios/demo-changes.yaml only.
HIROBA = "www.hiroba-machi.test"
HIROBA_METRICS = "metrics.hiroba-machi.test"
ICHI = "www.ichi-no-machi.test"
NI = "www.ni-no-machi.test"
KAIIN = "www.kaiin-touroku.test"
MODORI = "www.modori-ya.test"

ASIATO_TAG = "cdn.asiato.test"
ASIATO = "in.asiato.test"
WAKU = "www.waku.test"
WAKU_ROOT = "waku.test"
HANKO_BOUNCE = "r.hanko-id.test"
HANKO_ALIAS = "hiroba.hanko-id.test"
OKIBA = "e.okiba.test"
SHIMON = "f.shimon.test"
KOKAN = "s.kokan-ad.test"
AITE = "px.aite-dsp.test"
FUKKATSU = "t.fukkatsu.test"
SHOJIKI = "t.shojiki.test"
ROKUGA = "in.rokuga.test"
TEGAMI = "t.tegami.test"
ANGO = "e.ango.test"
KAZARI = "d.kazari.test"

SITES = (SHOP, SHOP_CDN, NEWS, NEWS_CDN, BLOG, TRAVEL, TRAVEL_CDN, PORTAL)
PLATFORMS = (
    *(SAGASU_ACCOUNT, SAGASU, SAGASU_TAG, SAGASU_COLLECT, SAGASU_ADS, SAGASU_FONTS),
    *(TOMODACHI, TOMODACHI_TAG),
    *(RENRAKU_ACCOUNT, RENRAKU_TAG, RENRAKU_HITS, RENRAKU_LOG, RENRAKU_SOCIAL, RENRAKU_ADS, RENRAKU_SYNC),
)
OTHERS = (EIZO, EIZO_LIVE, YOMITOKI_CDN, YOMITOKI, NAZO, KAZOE)
CHANGING = (
    *(HIROBA, HIROBA_METRICS, ICHI, NI, KAIIN, MODORI),
    *(ASIATO_TAG, ASIATO, WAKU, WAKU_ROOT, HANKO_BOUNCE, HANKO_ALIAS, OKIBA, SHIMON, KOKAN, AITE),
    *(FUKKATSU, SHOJIKI, ROKUGA, TEGAMI, ANGO, KAZARI),
)
ALL = SITES + PLATFORMS + OTHERS + CHANGING

CNAMES = {HIROBA_METRICS: HANKO_ALIAS}
"""What the demo web's own name server answers with an alias."""
