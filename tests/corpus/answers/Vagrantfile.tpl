# {{ .Provider }}
