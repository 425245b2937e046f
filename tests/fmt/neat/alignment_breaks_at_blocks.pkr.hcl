short = 1
b {
  in    = 1
  inner = 2
}
longer_name = 2
