"""Trains the same factors with benfred/implicit: options as JSON, as programs/als.ts takes them, besides `threads` and `out`."""

import json
import os
import resource
import sys
import time

# implicit divides the rows between threads by itself; BLAS with more would only disturb.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
import scipy.sparse
from implicit.cpu.als import AlternatingLeastSquares

options = json.loads(sys.argv[1])
numbers = np.fromfile(options["pairs"], dtype="<i4")
users, items, pairs = (int(number) for number in numbers[:3])
starts = numbers[3 : users + 4].copy()
indexes = numbers[users + 4 : users + 4 + pairs].copy()
weights = numbers[users + 4 + pairs :].view("<f4")
confidence = scipy.sparse.csr_matrix((weights + np.float32(1), indexes, starts), shape=(users, items))

model = AlternatingLeastSquares(
    factors=options["rank"],
    regularization=options["strength"],
    alpha=1.0,
    iterations=options["iterations"],
    num_threads=options["threads"],
    random_state=1,
)
wall, cpu = time.perf_counter(), time.process_time()
model.fit(confidence, show_progress=False)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
if options["out"] is not None:
    with open(options["out"], "wb") as file:
        model.user_factors.astype("<f4").tofile(file)
        model.item_factors.astype("<f4").tofile(file)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
print(json.dumps({"wallS": wall, "cpuS": cpu, "peakMb": peak, "detail": {}}))
