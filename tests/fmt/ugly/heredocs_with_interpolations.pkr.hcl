a=<<EOT
${ x+1 } %{ if  y }z%{ endif }
$${ x } %%{ y }
${x}${ y }
EOT
b  =1
