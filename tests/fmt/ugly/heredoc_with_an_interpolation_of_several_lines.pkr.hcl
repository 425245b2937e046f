b {
a=<<EOT
${
upper(
"x"
)
}
  text
EOT
c=1
}
