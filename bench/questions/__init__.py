"""The questions that are asked of everybody."""

from bench.questions.companies import BY_COMPANY
from bench.questions.customers import COLD, LITERALS, MANY, ONE
from bench.questions.items import ITEMS, LOCALIZED
from bench.questions.orders import HOT, SPREAD

QUESTIONS = (ONE, MANY, BY_COMPANY, ITEMS, LOCALIZED, SPREAD, HOT, COLD, LITERALS)
