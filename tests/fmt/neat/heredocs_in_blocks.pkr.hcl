b {
  a   = <<EOF
  x
      EOF
  c   = 1
  ccc = 2
  d = [<<EOF
x
EOF
    , <<EOF
y
EOF
  ]
}
