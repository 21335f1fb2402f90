"""The words for kinds of data found in texts.

`covers` says whether what was declared covers what was observed: a broader kind (`parent`) covers a narrower.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from auditor.disclosures.plain import squash
from auditor.disclosures.vocabulary import Vocabulary
from auditor.vendors import Taxonomy

MAX_TEXT = 20_000

_SENTENCES = re.compile(r"[。\n]+")
_CONTRAST = re.compile(r"(?<=す)が、|(?<=せん)が、|(?<=す)けれども、")
_EXCEPT = ("を除く", "を除き")  # in a sentence: what is excepted from what is not said clearly enough
_BRACKETS = re.compile(r"[(][^()]*[)]")
_GLOSS = re.compile(r"([^、,/;()・]+)[(][^()]*[)]")
_TOKENS = re.compile(r"[、,/;\n。()「」・]+")


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    parts = []
    for word in sorted(set(words), key=lambda w: (-len(w), w)):
        before = r"(?<![a-z])" if word[0].isascii() and word[0].isalpha() else ""
        after = r"s?(?![a-z])" if word[-1].isascii() and word[-1].isalpha() else ""
        parts.append(f"{before}({re.escape(word).replace(chr(92) + ' ', ' ?')}){after}")
    return re.compile("|".join(f"(?:{p})" for p in parts)) if parts else None


class ContentWords:
    """Text of the column 送信される情報 to codes, by the taxonomy's `words_ja` and the vocabulary's general words."""

    def __init__(self, taxonomy: Taxonomy, vocabulary: Vocabulary) -> None:
        self._order = [t.code for t in taxonomy.data_types]
        self._codes: dict[str, set[str]] = {}
        for data_type in taxonomy.data_types:
            for word in data_type.words_ja:
                self._codes.setdefault(squash(word).replace(" ", ""), set()).add(data_type.code)
        for general in vocabulary.general:
            known = {code for code in general.covers if code in self._order}
            if known:
                self._codes.setdefault(squash(general.word).replace(" ", ""), set()).update(known)
        words = {squash(w) for t in taxonomy.data_types for w in t.words_ja}
        words |= {squash(g.word) for g in vocabulary.general}
        self._pattern = _pattern(w for w in words if w)
        self._negations = [squash(n) for n in vocabulary.negations]
        self._vague = [squash(v) for v in vocabulary.vague]
        self._not_vague = [squash(v) for v in vocabulary.not_vague]
        self._conditions = [squash(c) for c in vocabulary.conditions]
        self._elsewhere = [squash(w) for w in vocabulary.elsewhere]

    def codes(self, text: str) -> tuple[str, ...]:
        """Codes the text declares, in the taxonomy's order; sentences that deny sending are left out."""
        found: set[str] = set()
        for sentence in self._affirmed(text):
            for word in self._words(sentence):
                found |= self._codes.get(word.replace(" ", ""), set())
        return self.ordered(found)

    def ordered(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Codes in the taxonomy's order, each once."""
        found = set(codes)
        return tuple(code for code in self._order if code in found)

    def denied(self, text: str) -> tuple[str, ...]:
        """Codes the text says are not sent, without condition; what is affirmed elsewhere in it is left out."""
        found: set[str] = set()
        for raw in self._sentences(text):
            sentence = squash(raw)
            parts = [p for p in _BRACKETS.findall(sentence) if self._denies(p)]
            if not parts and self._denies(sentence) and not any(w in sentence for w in _EXCEPT):
                parts = [sentence]
            for part in parts:
                if not any(c in part for c in self._conditions):
                    for word in self._words(part):
                        found |= self._codes.get(word.replace(" ", ""), set())
        return self.ordered(found - set(self.codes(text)))

    def vague(self, text: str) -> tuple[str, ...]:
        """等, その他 and the like in the text, each once, in the text's order."""
        plain = squash(text)
        for word in self._not_vague:
            plain = plain.replace(word, "")
        found = [(plain.index(v), v) for v in self._vague if _vague_in(v, plain)]
        return tuple(v for _, v in sorted(found))

    def rest(self, text: str) -> tuple[str, ...]:
        """Parts of the text that name no known kind of data: what was not understood of it.

        What stands in brackets behind a word that was understood explains it and is no further kind of data.
        """
        parts = []
        for sentence in self._affirmed(text):
            for token in _TOKENS.split(_GLOSS.sub(self._without_gloss, sentence)):
                bare = token
                for word in self._vague:
                    bare = bare.replace(word, "")
                if bare and not self._words(token) and not any(w in token for w in self._elsewhere):
                    parts.append(token)
        return tuple(parts)

    def _without_gloss(self, m: re.Match[str]) -> str:
        return m.group(1) if self._words(m.group(1)) else m.group()

    def _words(self, sentence: str) -> list[str]:
        if self._pattern is None:
            return []
        return [next(g for g in m.groups() if g is not None) for m in self._pattern.finditer(sentence)]

    def _affirmed(self, text: str) -> list[str]:
        kept = []
        for raw in self._sentences(text):
            sentence = _BRACKETS.sub(lambda m: "" if self._denies(m.group()) else m.group(), squash(raw))
            if sentence and not self._denies(sentence):
                kept.append(sentence)
        return kept

    @staticmethod
    def _sentences(text: str) -> list[str]:
        """Sentences, parted also where one sentence affirms and then denies (…を送信しますが、…)."""
        return _SENTENCES.split(_CONTRAST.sub("\n", unicodedata.normalize("NFKC", text[:MAX_TEXT])))

    def _denies(self, sentence: str) -> bool:
        return any(n in sentence for n in self._negations)


def _vague_in(word: str, plain: str) -> bool:
    if word.isascii():
        return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", plain) is not None
    return word in plain


def covers(declared: Iterable[str], observed: str, taxonomy: Taxonomy) -> bool:
    """Whether the declared codes cover the observed one: itself or a broader kind of it is declared.

    Words broader than one kind (Cookie, 閲覧履歴, 端末情報) become their codes when the text is read
    (`ContentWords`). An unknown code is covered only by itself.
    """
    stated = set(declared)
    code: str | None = observed
    for _ in range(len(taxonomy.data_types) + 1):
        if code in stated:
            return True
        code = taxonomy.get(code).parent if code is not None and taxonomy.has(code) else None
        if code is None:
            return False
    return False


def names_any(text: str, words: Sequence[str]) -> bool:
    """Whether a text has any of the words, both made comparable."""
    plain = squash(text)
    return any(squash(word) in plain for word in words)
