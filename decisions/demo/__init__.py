"""The demonstration: invented partnerships, people and disputes, made only by walking the real acts."""
