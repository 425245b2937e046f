this is no part of the template {
