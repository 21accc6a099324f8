// local-time
