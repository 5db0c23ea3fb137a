# Do results still hold against what made them? Looked at anew each time it is asked for.
rule verify:
    log:
        "<logs>/verify.log",
    localrule: True
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        folders=folders_of_cohorts(rules.check_inputs.output.record),
        code=code_digest("verify"),
    message:
        "verifying the results of {COHORTS}"
    script:
        "../scripts/verify.py"
