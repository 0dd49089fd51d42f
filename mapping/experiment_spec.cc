// SPDX-License-Identifier: Apache-2.0
#include "mapping/experiment_spec.h"

namespace ohm {

void PointSpec::visit(Visitor& v) {
  v.value(Field("name", "how results call this point").must(), name);
  v.value(Field("network", "a trained model, a preset, or a Hugging Face folder").must(), network);
  v.value(Field("task", "what it is scored on; none: shapes only")
              .one_of({"none", "language", "images", "digits"}),
          task);
  v.value(Field("data", "safetensors with the task's inputs; default: the model's own"), data);
  v.value(Field("samples", "inputs that are scored; all: every one").at_least(1).word("all", 0),
          samples);
  v.value(
      Field("calibration_tokens", "tokens per matrix that set converter ranges").between(1, 1e6),
      calibration_tokens);
  v.value(Field("outliers", "factor of two outlier channels per norm; 1: none").between(1, 1e6),
          outliers);
  v.value(Field("rescale", "alpha of channel rescaling (SmoothQuant); -1: none").between(-1, 1),
          rescale);
  v.value(Field("prompt", "tokens of the estimate's prompt").at_least(1).word("auto", 0), prompt);
  v.value(Field("generate", "tokens that the estimate generates").at_least(1).word("auto", 0),
          generate);
  v.value(Field("batch", "sequences of the estimate").at_least(1), batch);
  v.entries(Field("override", "dotted keys of the chip, for this point"), override);
  v.rule(rescale == -1.0 || rescale >= 0.0, "rescale",
         "expected alpha from 0 to 1, or -1 for none");
}

void ExperimentSpec::visit(Visitor& v) {
  v.value(Field("title", "one line for people").must(), title);
  v.value(Field("description", "the question it answers"), description);
  v.value(Field("chip", "a name in configs/chip, or a path").must(), chip);
  v.value(Field("chips", "programmed chips per point").between(1, 10000), chips);
  v.value(Field("seed", "one seed is one set of programmed chips").between(0, 4294967295.0), seed);
  v.value(Field("fidelity",
                "how the crossbars are computed: fused, sliced or circuit; chip: as macro.fidelity "
                "of the chip says")
              .one_of({"chip", "fused", "sliced", "circuit"}),
          fidelity);
  v.value(Field("error_sources", "score each imperfection alone as well"), error_sources);
  v.entries(Field("override", "dotted keys of the chip, such as macro.adc.bits"), override);
  v.entries(Field("map", "how the networks are mapped: keys of the chip's map, such as placement"),
            map);
  v.entries(Field("sweep", "dotted keys of the chip and the values each takes"), sweep);
  v.nested_list(Field("points", "the networks").must(), points);
  v.rule(!points.empty(), "points", "empty; expected at least one network");
}

}  // namespace ohm
