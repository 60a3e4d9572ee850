"""The fields of `Query`, one mixin a noun; `query` composes them."""
