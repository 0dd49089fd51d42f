// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/units.h"
#include "crossbar/cost/component_cost.h"
#include "crossbar/cost/mvm_activity.h"
#include "crossbar/device/endurance.h"

namespace ohm {

struct ChipSpec;
struct TransformerSpec;

/// Which of the two products of attention.
enum class AttentionProduct { scores, values };

/// Inputs and outputs of one array, in elements of a key or value.
struct EngineArray {
  Index rows = 0, columns = 0;
};

/// Time of one product: until its last result, and until the next may start.
struct ProductTime {
  Seconds latency, interval;
};

/// The keys and values of one token, as a tile writes them; arrays are written side by side.
struct KvWrite {
  Index tile_elements = 0;   ///< that the tile writes
  Index layer_elements = 0;  ///< that all tiles of the layer write
  Index key_rows = 0;        ///< elements of a key that lie in one array
};

/// What writing wears out.
struct Wear {
  EnduranceSpec endurance;
  double cycles_per_update = 1.0;  ///< SET/RESET cycles of one cell per key or value
};

/// Arrays that hold keys and values and multiply with them in place: what one array does.
///
/// How many arrays a tile has, what lies in them and how often they work is counted outside (see
/// EngineShare and engine_work()). A new kind is one class and one line in make_attention_engine().
class AttentionEngine {
 public:
  virtual ~AttentionEngine() = default;

  virtual EngineArray array() const = 0;

  /// One product of an array of which `rows` inputs and `columns` outputs are used.
  virtual ProductTime product_time(Index rows, Index columns) const = 0;

  /// Its energy by component; `block.mvms` of them.
  virtual std::vector<ComponentCost> product_energy(AttentionProduct product,
                                                    const MvmBlock& block) const = 0;

  /// How long writing the key and value of one token occupies a tile's arrays.
  virtual Seconds write_time(const KvWrite& write) const = 0;
  virtual std::vector<ComponentCost> write_energy(std::int64_t elements) const = 0;

  /// Of one array.
  virtual Cost area() const = 0;
  virtual Watts leakage() const = 0;

  /// Whether scores become probabilities inside, without the softmax of the lanes.
  virtual bool replaces_softmax() const { return false; }
  virtual std::optional<Wear> wear() const { return std::nullopt; }
  /// Why this network's attention cannot run on it; empty where it can.
  virtual std::string refusal(const TransformerSpec&) const { return {}; }
};

/// The engine of attention.kind; none for digital, whose products the tile's digital unit makes.
std::shared_ptr<const AttentionEngine> make_attention_engine(const ChipSpec& chip);

}  // namespace ohm
