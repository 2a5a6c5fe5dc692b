"""A stand-in of Supabase Realtime: the Phoenix protocol over realtime.messages, for development and tests."""
