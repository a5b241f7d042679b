"""How Rasa reads nlu/ and responses/ at training."""

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.utils.common import cached_method


class OnceImporter(RasaFileImporter):
    """Rasa's own reader, but it reads the domain once: half a hundred thousand phrasings stand in the same files."""

    @cached_method
    def get_domain(self) -> Domain:
        """Return what the files say of intents, slots and the session."""
        return super().get_domain()
