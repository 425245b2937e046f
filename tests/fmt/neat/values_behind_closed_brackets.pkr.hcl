a {
  b = {
  }     # c
  d = 1 # e
}
x = foo({
}, 1) # f
y = 2 # g
