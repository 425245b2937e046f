a = {
  "short"             = 1
  "a_much_longer_key" = 2
  bare                = 3
  "${var.x}"          = 4
}
