"""Search that finds Chinese wherever it stands in a sentence, for MODELSEARCH_BACKENDS.

Texts and queries become pairs of characters, not dictionary words, which are cut differently in different company:
of the 815 strings of 2 to 6 characters in 13 titles jieba missed 124 (行政处罚 in 行政处罚法要点), pairs none. As pairs
may also stand apart, the stored text has the last word. Latin words match whole, in `autocomplete` by their beginning.
"""

import re
from functools import reduce
from operator import add, and_, or_

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import Case, F, Q, Value, When
from modelsearch.backends.database.postgres import postgres
from modelsearch.query import And, Boost, Fuzzy, MatchAll, Not, Or, Phrase, PlainText
from modelsearch.utils import get_content_type_pk

# Ranges, because Python 3.11's tables do not know the newest ideographs.
CJK = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
WORD = re.compile(rf"(?:[{CJK}]|[^\W_])+")
# 处罚法 is indexed as 处罚, 罚法, 法, so that every single character begins a token; 法 is asked for only if alone.
INDEXED = re.compile(rf"(?=([{CJK}]{{2}}))[{CJK}]|[{CJK}]|[^\W_{CJK}]{{1,200}}")
ASKED = re.compile(rf"(?=([{CJK}]{{2}}))[{CJK}]|(?<![{CJK}])[{CJK}]|([^\W_{CJK}]{{1,200}})")
POSITIONS, VECTOR_BYTES = 8, 500_000  # PostgreSQL refuses a vector over 1 MiB, and joins title and body into one.
COLUMNS = ["title", "autocomplete", "body", "title_text", "body_text"]


def as_tsvector(texts: list[tuple[str, str]]) -> str:
    """`texts` are (text, weight); what does not fit in is left out from the end."""
    found = [(match[1] or match[0], weight) for text, weight in texts for match in INDEXED.finditer(text.lower())]
    places: dict[str, list[str]] = {}
    size = 0
    for position, (token, weight) in enumerate(found, start=1):
        at = places.setdefault(token, [])
        if len(at) < POSITIONS and size < VECTOR_BYTES:
            at.append(f"{position}{weight}")
            size += 2 if at[1:] else len(token.encode()) + 6
    return " ".join(f"'{token}':{','.join(at)}" for token, at in places.items() if at)


def operands(word: str, prefix: bool) -> list[str]:
    """Tokens in tsquery's notation; `prefix` lets a Latin ending match by its beginning."""
    found = [(match, prefix and match.end() == len(word)) for match in ASKED.finditer(word)]
    return [f"'{m[1] or m[0]}'" + ("" if m[1] or (m[2] and not ends) else ":*") for m, ends in found]


def as_tsquery(query: PlainText | Phrase, prefix: bool, adjacent: bool) -> str:
    words = WORD.findall(query.query_string.lower())
    near, far = " <-> " if adjacent else " & ", " | " if getattr(query, "operator", "and") == "or" else " & "
    return far.join(f"({near.join(operands(word, prefix and word is words[-1]))})" for word in words)


def containing(query, columns: list[str]) -> Q:
    """That the columns' own text satisfies the query, character by character."""
    if isinstance(query, Not | Boost):
        inner = containing(query.subquery, columns)
        return ~inner if isinstance(query, Not) else inner
    if isinstance(query, And | Or):
        return reduce(or_ if isinstance(query, Or) else and_, [containing(q, columns) for q in query.subqueries])
    parts = [query.query_string.strip()] if isinstance(query, Phrase) else WORD.findall(query.query_string)
    found = [reduce(or_, [Q(**{f"{column}__icontains": part}) for column in columns]) for part in parts]
    return reduce(or_ if getattr(query, "operator", "and") == "or" else and_, found or [Q(pk__in=[])])


class TokenQuery(SearchQuery):
    template = "%(expressions)s::tsquery"  # not to_tsquery(): its parser judges letters by the server's locale


class TokenIndexer(postgres.ObjectIndexer):
    def as_vector(self, texts, for_autocomplete=False):
        return Value(as_tsvector(texts), SearchVectorField())


class ChineseIndex(postgres.PostgresIndex):
    def add_items(self, model, objs):
        key, made = get_content_type_pk(model), [TokenIndexer(obj, self.backend) for obj in objs]
        rows = [{"object_id": one.id} | {name: getattr(one, name) for name in COLUMNS} for one in made]
        self.entries.using(self.write_connection.alias).bulk_create(
            [self.entries.model(content_type_id=key, **row) for row in rows],
            update_conflicts=True,
            unique_fields=["content_type", "object_id"],
            update_fields=["title_norm", *COLUMNS],
        )
        self._refresh_title_norms()


class ChineseQueryCompiler(postgres.PostgresSearchQueryCompiler):
    stored_texts = {"_title": F("index_entries__title_text"), "_body": F("index_entries__body_text")}

    def build_tsquery_content(self, query, config=None, invert=False):
        if not isinstance(query, PlainText | Phrase):
            return super().build_tsquery_content(query, config=config, invert=invert)
        return TokenQuery(as_tsquery(query, self.LAST_TERM_IS_PREFIX, adjacent=invert), invert=invert)

    def search(self, config, start, stop, score_field=None, backend=None):
        if not self.fields or isinstance(getattr(self.query, "subquery", self.query), Fuzzy | MatchAll):
            return super().search(config, start, stop, score_field, backend)
        boosts = [(name, float(getattr(field, "boost", None) or 1)) for name, field in self.search_fields.items()]
        shares = [Case(When(containing(self.query, [name]), then=boost), default=0.0) for name, boost in boosts]
        return self._apply_ordering_and_scoring(self.queryset, reduce(add, shares), start, stop, score_field)

    def _apply_ordering_and_scoring(self, queryset, *args):
        texts = {} if self.fields else self.stored_texts
        if (columns := self.fields or list(texts)) and not isinstance(self.query, Fuzzy):
            queryset = queryset.alias(**texts).filter(containing(self.query, columns))
        return super()._apply_ordering_and_scoring(queryset, *args)


class ChineseAutocompleteCompiler(ChineseQueryCompiler, postgres.PostgresAutocompleteQueryCompiler):
    stored_texts = {}  # no plain text is kept of these fields: neighbouring pairs have to do


class ChineseSearchBackend(postgres.PostgresSearchBackend):
    query_compiler_class = ChineseQueryCompiler
    autocomplete_query_compiler_class = ChineseAutocompleteCompiler
    index_class = ChineseIndex


SearchBackend = ChineseSearchBackend
