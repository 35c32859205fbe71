"""Static files under names that carry their hash, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Like WhiteNoise's, but a file that third-party CSS mentions and does not ship is no error."""

    manifest_strict = False
