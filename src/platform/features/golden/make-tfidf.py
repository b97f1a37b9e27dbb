"""
Makes tfidf.json, the TF-IDF of a few texts in several scripts by scikit-learn's TfidfVectorizer.

Needs Python 3.11 with scikit-learn:  python make-tfidf.py
Terms and values stand text after text; the last two texts are not learned from. The preprocessor is the product's normalisation.
"""

import json
import unicodedata
from pathlib import Path

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer

texts = [
    "My card has not arrived yet, where is my card?",
    "Where's the CARD I ordered… has it arrived?",
    "Überweisung nach Österreich: 20 € fehlen, die Straße stimmt!",
    "überweisung an die falsche STRASSE",
    "перевод не пришёл, где мой перевод",
    "我的卡还没到 我的 卡",
    "カードがまだ届かない カード",
    "ﬁnd my ＣＡＲＤ №5, ½ price 😀😀 👍🏽 snake_case x",
    "tab\tand\nline breaks    and a Ç à l'été",
    "card card card",
    "",
    "?!",
]
others = ["Where is the CARD I ordered, Österreich 😀?", "卡 nothing known zzz"]


def normalise(text):
    return unicodedata.normalize("NFKC", text).lower()


def tfidf(analyzer, lengths, fewest):
    vectoriser = TfidfVectorizer(
        analyzer=analyzer, ngram_range=lengths, sublinear_tf=True, min_df=fewest, preprocessor=normalise
    )
    rows = [*vectoriser.fit_transform(texts), *vectoriser.transform(others)]
    names = vectoriser.get_feature_names_out()
    return {
        "unit": {"word": "words", "char_wb": "characters"}[analyzer],
        "lengths": lengths,
        "fewest": fewest,
        "nTerms": len(names),
        "rows": [
            {"terms": [names[j] for j in row.indices[row.data > 0]], "values": row.data[row.data > 0].tolist()}
            for row in rows
        ],
    }


golden = {
    "about": f"TfidfVectorizer of scikit-learn {sklearn.__version__}, made by make-tfidf.py",
    "texts": texts,
    "others": others,
    "cases": [tfidf("word", (1, 2), 1), tfidf("word", (1, 1), 2), tfidf("char_wb", (2, 5), 2), tfidf("char_wb", (4, 4), 1)],
}
path = Path(__file__).parent / "tfidf.json"
path.write_text(json.dumps(golden, ensure_ascii=False, separators=(",", ":")) + "\n")
