# `just check` is what CI runs: each of its recipes is a step of .ci/run, so both stay one.

check: fmt lint doc alone deny test

fmt:
    .ci/run fmt

lint:
    .ci/run lint

doc:
    .ci/run doc

alone:
    .ci/run alone

deny:
    .ci/run deny

test:
    .ci/run test

advisories:
    .ci/run advisories

bench:
    cargo bench -p tests

cross:
    .ci/run cross
