a  = <<EOT
  x  
EOT
bb = 1
