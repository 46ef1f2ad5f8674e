#!/usr/bin/env python3
"""SEC-03: the daemon's binary imports nothing by which a shell could be asked."""
import shutil
import subprocess
import sys

forbidden = {"system", "popen", "wordexp", "execl", "execlp", "execle", "execvp", "execvpe"}
nm = shutil.which("llvm-nm-19") or shutil.which("nm")
if not nm:
    sys.exit("neither llvm-nm-19 nor nm is there: run script/bootstrap")
listing = subprocess.run([nm, "-D", "--undefined-only", sys.argv[1]], check=True, capture_output=True, text=True)
names = {line.split()[-1].split("@")[0] for line in listing.stdout.splitlines() if line.strip()}
if len(names) < 50:
    sys.exit(f"{sys.argv[1]} imports only {len(names)} names: that is no daemon")
found = sorted(names & forbidden)
if found:
    sys.exit(f"{sys.argv[1]} imports {', '.join(found)}")
print(f"{len(names)} imports, none of a shell")
