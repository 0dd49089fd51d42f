// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "mapping/estimate/estimate.h"
#include "mapping/structure/compose_times.h"
#include "mapping/structure/require_bands.h"

namespace ohm {

struct LaidLayers;

/// What a workload costs on as many chips as the network needs: identical layers are solved once.
///
/// On one chip all layers stand where map_network() puts them. On several every layer has a band of
/// its own on the mesh of the chip's system (see map_in_bands()), which grows downwards as far as
/// the network wants; a hop over the edge of a chip takes that level's link. A chip without a
/// system is joined by assumed_system() where one does not hold the network. Keys and values are in
/// the DRAM of their layer's chips. Times: see compose_times(), which the result's `fidelity` and
/// `exact` name. Energy, counts and area are sums over all layers whatever the fidelity. Networks
/// of any size: what is left out needs neither time nor memory. Copies, packing and
/// temperatures are left to estimate() of a mapping. Throws what resolve(), good_package() and
/// estimate() throw, and ArgumentError for activity given matrix by matrix.
Estimate estimate_structure(const TransformerSpec& network, const ChipSpec& chip,
                            const Workload& workload, Fidelity fidelity = Fidelity::automatic);

/// The key of the chip (or of the workload: activity) that only a mapping of all tiles follows, so
/// that estimate_structure() refuses it; none: it takes it. Throws what resolve() throws.
std::optional<AskedKey> asks_for_all_tiles(const TransformerSpec& network, const ChipSpec& chip,
                                           const Workload& workload);

/// A network on as many chips as it needs, laid out once for many workloads.
class StructureModel {
 public:
  /// Throws what estimate_structure() throws of a network and a chip.
  StructureModel(TransformerSpec network, ChipSpec chip, Fidelity fidelity = Fidelity::automatic);
  ~StructureModel();

  const TransformerSpec& network() const { return network_; }
  const ChipSpec& chip() const { return chip_; }

  /// What estimate_structure() says.
  Estimate estimate(const Workload& workload);

  /// The same of a decoder whose prompts are in the cache, all but their last tokens, so that no
  /// time is spent on a long context (see compose_decoding()).
  ///
  /// The ledger has what tokens after the first output take, and static power meanwhile; the lower
  /// bound is the critical path. Of two stacks the source's keys and values are there, and
  /// `answered` tokens of every answer behind its start token: none of the first stack's time is
  /// spent. ArgumentError for an encoder, and where idle tiles are gated, whose wake-ups depend on
  /// what was before.
  Estimate decoding(const Workload& workload, Index answered = 0);

  /// Tokens whose keys and values the memory holds that chip.kv.place names for this workload, over
  /// all sequences; the fullest chip decides. See kv_capacity() of a mapping.
  Index kv_capacity(const Workload& workload);

 private:
  LaidLayers& layers_for(const Request& request);

  TransformerSpec network_;
  ChipSpec chip_;
  Fidelity fidelity_;
  std::unique_ptr<LaidLayers> layers_;
};

}  // namespace ohm
