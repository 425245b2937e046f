a=<<EOT
EOT
bb=<<-X_1


X_1
c=1
