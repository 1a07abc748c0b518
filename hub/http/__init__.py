"""What every endpoint shares: who calls, problems, paging, ETags, idempotency, limits and the OpenAPI document."""
