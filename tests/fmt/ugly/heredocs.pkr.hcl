a=<<EOT
   text   stays
 a=1
EOT
bbb=<<-EOT
      indented
    EOT
c=1
