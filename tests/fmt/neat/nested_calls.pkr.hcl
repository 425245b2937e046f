a = upper(lower(trim("x", " ")))
b = merge(
  { a = 1 },
  {
    b = 2
  }
)
