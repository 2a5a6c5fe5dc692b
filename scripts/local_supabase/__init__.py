"""A Supabase for development and tests: real PostgreSQL, PostgREST, auth and Realtime behind one port."""
