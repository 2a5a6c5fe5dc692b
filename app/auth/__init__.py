"""Who is calling: verifies Supabase access tokens locally."""
