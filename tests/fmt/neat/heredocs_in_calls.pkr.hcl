a = foo(<<EOT
x
EOT
, 1)
b = trimspace(<<-EOT
   y
   EOT
)
c = 1
