"""Files of npm packages that tests measure against. They come from the registry through npm, which
checks their digest, and are kept in the build folder: never in the repository."""

import fcntl
import pathlib
import subprocess
import tarfile


def package_file(cache, package, version, member):
    """The path of one file of a package, unpacked below `cache`; fails aloud when it cannot be had."""
    folder = pathlib.Path(cache) / package.replace("/", "-").lstrip("@") / version
    unpacked = folder / pathlib.PurePosixPath(member).name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not unpacked.exists():
            unpack(folder, f"{package}@{version}", member, unpacked)
    return unpacked


def unpack(folder, package, member, unpacked):
    done = subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(folder), package],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"npm pack {package} failed: {done.stdout}{done.stderr}")
    archive = folder / done.stdout.split()[-1]
    part = unpacked.with_suffix(".part")
    with tarfile.open(archive) as tar:
        part.write_bytes(tar.extractfile(f"package/{member}").read())
    archive.unlink()
    part.rename(unpacked)
