a = {
  x    = 1,
  yyyy = 2,
}
b = { x = 1,
yyyy = 2 }
