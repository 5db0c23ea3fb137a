# The figures of R's survival, MASS and stats for a trial: outcome, contrast, measure, value.
# Rscript response.R sheet.tsv plan.tsv horizons.tsv > figures.tsv
suppressMessages({library(survival); library(MASS)})
options(digits = 17, warn = -1)
words <- commandArgs(TRUE)
sheet <- read.delim(words[1], colClasses = "character", check.names = FALSE)
plan <- read.delim(words[2], colClasses = "character")
horizons <- read.delim(words[3], colClasses = c("character", "numeric"))
number <- function(name) as.numeric(sheet[[name]])
say <- function(outcome, contrast, measure, value)
  cat(outcome, contrast, measure, format(value, digits = 15), sep = "\t", fill = 4000)
strict <- glm.control(epsilon = 1e-14, maxit = 100)

for (row in seq_len(nrow(plan))) {
  p <- plan[row, ]
  arms <- strsplit(p$arms, "|", fixed = TRUE)[[1]]
  horizon <- horizons$horizon[horizons$outcome == p$outcome]
  for (arm in arms[-1]) {
    contrast <- paste(arm, "vs", arms[1])
    mine <- sheet$arm %in% c(arms[1], arm)
    x <- as.numeric(sheet$arm[mine] == arm)
    group <- sheet$subgroup[mine]
    if (p$kind %in% c("survival", "competing")) {
      time <- number(p$time)[mine]
      state <- number(p$event)[mine]
      id <- seq_along(x)
      y <- if (p$entry == "") Surv(time, state == 1)
           else Surv(number(p$entry)[mine], time, state == 1)
      fit <- coxph(y ~ x, ties = p$ties)
      say(p$outcome, contrast, "log_hazard_ratio", coef(fit))
      say(p$outcome, contrast, "error", sqrt(vcov(fit)))
      say(p$outcome, contrast, "lr", 2 * diff(fit$loglik))
      say(p$outcome, contrast, "zph", cox.zph(fit, transform = "km")$table[1, 1])
      if (p$entry == "")
        say(p$outcome, contrast, "log_rank", survdiff(y ~ x)$chisq)
      small <- coxph(y ~ x + strata(group), ties = p$ties)
      large <- coxph(y ~ x * strata(group), ties = p$ties)
      say(p$outcome, contrast, "interaction", 2 * (large$loglik[2] - small$loglik[2]))
    }
    if (p$kind == "survival") {
      s <- summary(survfit(y ~ x), rmean = horizon)$table
      say(p$outcome, contrast, "rmst", s[2, "rmean"] - s[1, "rmean"])
      say(p$outcome, contrast, "rmst_error", sqrt(sum(s[, "se(rmean)"]^2)))
      say(p$outcome, contrast, "median", s[2, "median"])
    }
    if (p$kind == "competing") {
      cause <- factor(state, 0:2, c("none", "event", "other"))
      weighted <- finegray(Surv(time, cause) ~ x + id, data = data.frame(time, cause, x, id),
                           etype = "event")
      fit <- coxph(Surv(fgstart, fgstop, fgstatus) ~ x, weights = fgwt, data = weighted,
                   cluster = id, ties = "efron")
      say(p$outcome, contrast, "log_subdistribution", coef(fit))
      say(p$outcome, contrast, "subdistribution_error", sqrt(vcov(fit)))
      s <- summary(survfit(Surv(time, cause) ~ x), times = horizon, extend = TRUE)
      say(p$outcome, contrast, "incidence", diff(s$pstate[, 2]))
      say(p$outcome, contrast, "incidence_error", sqrt(sum(s$std.err[, 2]^2)))
    }
    if (p$kind == "binary") {
      v <- number(p$column)[mine]
      fit <- glm(v ~ x, binomial, control = strict)
      say(p$outcome, contrast, "log_odds_ratio", coef(fit)[2])
      say(p$outcome, contrast, "error", sqrt(vcov(fit)[2, 2]))
      small <- glm(v ~ x + group, binomial, control = strict)
      say(p$outcome, contrast, "interaction",
          small$deviance - update(small, . ~ x * group)$deviance)
    }
    if (p$kind == "continuous") {
      v <- number(p$column)[mine]
      t <- t.test(v[x == 1], v[x == 0])
      say(p$outcome, contrast, "difference", t$estimate[1] - t$estimate[2])
      say(p$outcome, contrast, "low", t$conf.int[1])
      small <- lm(v ~ x + group)
      say(p$outcome, contrast, "interaction_p", anova(small, update(small, . ~ x * group))[2, 6])
    }
    if (p$kind == "ordinal") {
      v <- factor(number(p$column)[mine])
      close <- list(reltol = 1e-15, maxit = 1000)
      fit <- polr(v ~ x, Hess = TRUE, control = close)
      say(p$outcome, contrast, "log_odds_ratio", coef(fit))
      say(p$outcome, contrast, "error", sqrt(vcov(fit)[1, 1]))
      small <- polr(v ~ x + group, control = close)
      say(p$outcome, contrast, "interaction",
          small$deviance - polr(v ~ x * group, control = close)$deviance)
      w <- wilcox.test(as.numeric(v) ~ x, exact = FALSE)$statistic
      say(p$outcome, contrast, "wins", 1 - 2 * w / sum(x == 0) / sum(x == 1))
      cells <- table(x, v)
      free <- sum(ifelse(cells > 0, cells * log(cells / rowSums(cells)), 0))
      say(p$outcome, contrast, "proportional_odds", fit$deviance + 2 * free)
    }
    if (p$kind == "count") {
      v <- number(p$column)[mine]
      offset <- if (p$exposure == "") rep(0, length(v)) else log(number(p$exposure)[mine])
      fit <- glm(v ~ x + offset(offset), quasipoisson, control = strict)
      say(p$outcome, contrast, "log_rate_ratio", coef(fit)[2])
      say(p$outcome, contrast, "error", sqrt(vcov(fit)[2, 2]))
      say(p$outcome, contrast, "dispersion", summary(fit)$dispersion)
      # The score of the interaction, less what the smaller model explains of it, with
      # the variance of patients' own scores.
      small <- glm(v ~ x + group + offset(offset), poisson, control = strict)
      design <- model.matrix(small)
      both <- model.matrix(~ x * group)
      added <- both[, !colnames(both) %in% colnames(design), drop = FALSE]
      scores <- residuals(lm.wfit(design, added, fitted(small))) * (v - fitted(small))
      scores <- as.matrix(scores)
      say(p$outcome, contrast, "interaction",
          sum(colSums(scores) * solve(crossprod(scores), colSums(scores))))
    }
  }
}
