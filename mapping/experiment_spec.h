// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"

namespace ohm {

/// One network of an experiment: what it is scored on and what it is timed with.
struct PointSpec {
  std::string name;
  std::string network;             ///< a trained model, a preset, or a Hugging Face folder
  std::string task = "none";       ///< none | language | images | digits
  std::string data;                ///< safetensors of the task; default: the model's own
  Index samples = 0;               ///< inputs that are scored; 0: all
  Index calibration_tokens = 256;  ///< rows per matrix that set converter ranges
  double outliers = 1.0;           ///< factor of two outlier channels per norm; 1: none
  double rescale = -1.0;           ///< alpha of channel rescaling; negative: none
  Index prompt = 0, generate = 0,
        batch = 1;                 ///< of the estimate; 0: a default that suits the network
  std::vector<Override> override;  ///< of the chip, for this point only

  void visit(Visitor& v);
};

/// A batch of questions about one chip: its networks, and the values that are swept.
struct ExperimentSpec {
  std::string name;
  std::string title, description;
  std::string chip;
  Index chips = 5;  ///< programmed chips per point
  Index seed = 1;
  std::string fidelity = "chip";
  bool error_sources = true;  ///< score each imperfection alone as well
  std::vector<PointSpec> points;
  std::vector<Override> override;  ///< of the chip: dotted keys
  std::vector<Override> map;       ///< of the chip: keys of its `map`, see MapSpec
  std::vector<Override> sweep;     ///< dotted key -> list of values; all combinations

  void visit(Visitor& v);
};

}  // namespace ohm
