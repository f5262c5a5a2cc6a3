module weir.example/regocases

go 1.26.0

require (
	github.com/open-policy-agent/opa v1.22.2
	go.yaml.in/yaml/v3 v3.0.5
)
