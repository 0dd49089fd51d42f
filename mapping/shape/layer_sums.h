// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "mapping/shape/attention_spread.h"
#include "mapping/shape/shape_times.h"

namespace ohm {

/// What layers add up to.
struct LayerSums {
  Picoseconds time = 0, prompt = 0, generated = 0;
  double worked = 0.0;
  ShapeTraffic traffic;
  PhaseWork digital, units, dram;  ///< of all digital units; of all attention units; of memories
  PhaseWork first;                 ///< of the digital unit of tile 0
};

inline LayerSums operator+(LayerSums a, const LayerSums& b) {
  a.time += b.time;
  a.prompt += b.prompt;
  a.generated += b.generated;
  a.worked += b.worked;
  a.traffic += b.traffic;
  a.digital += b.digital;
  a.units += b.units;
  a.dram += b.dram;
  a.first += b.first;
  return a;
}

/// Where the result of an operator is: on one of the tiles of a matrix's owner.
struct Home {
  static constexpr int kStream = -1;  ///< that of the layer before
  static constexpr int kFirst = -2;   ///< tile 0

  TileRange tiles{0, 0};
  int key = kFirst;
};

/// When a result is there, but for what attention takes by positions.
struct Result {
  Picoseconds time = 0;
  bool attended = false;  ///< after the attention of its layer
  Home home;
};

/// Waits for another operand; what comes after attention is as late as attention makes it.
inline void wait_for(Picoseconds time, bool attended, Result& made) {
  if (made.attended == attended) {
    made.time = std::max(made.time, time);
  } else if (attended) {
    made.time = time;
    made.attended = true;
  }
}

inline bool overlap(const TileRange& a, const TileRange& b) {
  return a.first <= b.last && b.first <= a.last;
}

/// Work of the digital units of a layer's owners, and of where its input came from.
class OwnerWork {
 public:
  void enter(size_t matrices) { of_matrix_.assign(matrices, {}); }

  PhaseWork& on_stream() { return on_stream_; }
  /// Of any home but tile 0.
  PhaseWork& of(const Home& home) {
    return home.key == Home::kStream ? on_stream_ : of_matrix_[static_cast<size_t>(home.key)];
  }

  /// The unit of the layer's result goes on working in the next layer.
  void leave(const Home& home, BusiestWork& work) {
    PhaseWork on;
    for (size_t m = 0; m < of_matrix_.size(); ++m) {
      if (home.key == static_cast<int>(m)) {
        on = of_matrix_[m];
      } else {
        work.add(ResourceKind::digital, of_matrix_[m]);
      }
    }
    if (home.key == Home::kStream) return;
    work.add(ResourceKind::digital, on_stream_);
    on_stream_ = on;
  }

 private:
  std::vector<PhaseWork> of_matrix_;
  PhaseWork on_stream_;  // so far
};

/// What one more layer adds behind another one, and where its result is.
struct Known {
  size_t before, like;
  const AttentionSpread* spread;
  LayerSums added;
  PhaseWork on_stream;  ///< work of the digital unit of its result, so far
  int home;
};

}  // namespace ohm
