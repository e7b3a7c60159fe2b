"""Programs that are not ours (ffmpeg): find, run, limit, kill as a group. The only room that starts a process."""
