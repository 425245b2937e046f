a = (x
  ? 1
  : 2
)
b = foo(x ?
  1 :
2)
