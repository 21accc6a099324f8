// autopost
