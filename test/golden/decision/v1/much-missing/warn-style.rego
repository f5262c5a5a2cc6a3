package style
warn contains "name the team" if input.service.team == ""
warn contains "a critical service" if input.environment.tags.tier == "critical"
