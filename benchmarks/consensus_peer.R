# Run ConsensusClusterPlus on a matrix and leave what its numbers of groups are chosen by.
#
#   Rscript consensus_peer.R MATRIX N_FEATURES N_PATIENTS ALGORITHM DISTANCE LINKAGE
#       MAX_K RESAMPLES FOLDER
#
# MATRIX holds doubles, a patient after the other; so does each consensus_<k>.bin in
# FOLDER (pairs of patients, the lower triangle by columns). classes.tsv has a column a k.
words <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(ConsensusClusterPlus))
pdf(NULL)
shape <- as.integer(words[2:3])
values <- matrix(readBin(words[1], "double", prod(shape)), shape[1])
colnames(values) <- paste0("p", seq_len(shape[2]))
rownames(values) <- paste0("f", seq_len(shape[1]))
max_k <- as.integer(words[7])
found <- suppressMessages(ConsensusClusterPlus(
  values, maxK = max_k, reps = as.integer(words[8]), pItem = 0.8, pFeature = 1,
  clusterAlg = words[4], distance = words[5], innerLinkage = words[6],
  finalLinkage = "average", seed = 1, plot = NULL
))
classes <- sapply(2:max_k, function(k) found[[k]]$consensusClass)
colnames(classes) <- 2:max_k
write.table(classes, file.path(words[9], "classes.tsv"), sep = "\t", quote = FALSE,
            row.names = FALSE)
for (k in 2:max_k) {
  matrix_k <- found[[k]]$consensusMatrix
  writeBin(matrix_k[lower.tri(matrix_k)],
           file.path(words[9], sprintf("consensus_%d.bin", k)))
}
