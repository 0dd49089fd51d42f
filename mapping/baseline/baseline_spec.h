// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// Where a figure comes from and how far it can be trusted: measured (by others than its seller, or
/// with a public recipe), claim (vendor or press), computed (from other figures), fitted (to a
/// published result, named in the source) or assumption.
struct OriginSpec {
  std::string status = "assumption", source;

  void visit(Visitor& v);
};

/// Operations per second of one device at one precision; 1 MAC = 2 operations, dense.
struct PeakRateSpec {
  std::string precision;  ///< fp16, fp8, int8, …
  double tops = 0.0;      ///< 10^12 operations per second
  OriginSpec origin;

  void visit(Visitor& v);
};

/// Memory of one device that holds weights, keys and values.
struct BaselineMemorySpec {
  Bytes capacity;
  BytesPerSecond bandwidth;
  OriginSpec origin;

  void visit(Visitor& v);
};

/// Shares of the peaks that long runs reach.
struct EfficiencySpec {
  double compute = 0.6, bandwidth = 0.7;
  double capacity = 0.9;  ///< share of the memory that weights, keys and values may take
  OriginSpec origin;

  void visit(Visitor& v);
};

/// Power of one device, and what is counted.
struct BaselinePowerSpec {
  Watts busy;              ///< while it works; 0 W: not published, no energy is stated
  Watts idle;              ///< between requests
  std::string accounting;  ///< "devices only at TDP", "whole rack", …
  OriginSpec origin;

  void visit(Visitor& v);
};

/// What the devices of a stage exchange: `per_layer` sums over all of them for every layer.
///
/// `interval` is for machines whose weights stay in place, so that each layer is a place of its
/// own: tokens follow each other through it, and none of its exchanges takes the next token before
/// so long. It bounds the rate at 1 / (per_layer × interval), however many sequences there are.
struct ExchangeSpec {
  Index per_layer = 2;             ///< after attention and after the feed-forward part
  Seconds latency;                 ///< of one exchange, however small
  BytesPerSecond bandwidth;        ///< of one device, each way; 0 B/s: volume costs nothing
  std::string reduction = "ring";  ///< ring | in_switch
  Seconds interval;                ///< from token to token; 0 s: those of a step go together
  OriginSpec origin;

  void visit(Visitor& v);
};

/// Bits of what is stored and moved.
struct BaselineBitsSpec {
  Index weights = 8, kv = 8, activations = 8;

  void visit(Visitor& v);
};

/// A published result of this machine, to be compared with the model.
struct PublishedRateSpec {
  std::string network;
  std::string figure = "output_tokens_per_s";
  std::string setting = "steady";  ///< steady | decode
  Index prompt = 1, generate = 1;
  Index batch = 0;  ///< sequences at a time; 0: as many as fit
  double value = 0.0;
  OriginSpec origin;
  std::string kind = "predicted";  ///< fitted: a parameter of this file was set by it

  void visit(Visitor& v);
};

/// A digital machine that streams weights, keys and values from its memory: `devices` equal ones
/// in `stages` groups that hold consecutive layers; within a group every matrix is cut over all.
struct BaselineSpec {
  std::string name, source;
  Index devices = 1, stages = 1;
  std::vector<PeakRateSpec> peaks;
  std::string precision;  ///< which of the peaks the network runs at
  BaselineMemorySpec memory;
  EfficiencySpec efficiency;
  BaselinePowerSpec power;
  ExchangeSpec exchange;
  BaselineBitsSpec bits;
  SquareMetres die;  ///< logic of one device; 0 m2: not published
  std::vector<PublishedRateSpec> published;

  /// Devices of one stage.
  Index group() const { return devices / stages; }
  /// Operations per second of one device at `precision`, before efficiency.
  double ops_per_s() const;
  /// Bytes that all devices have for weights, keys and values.
  Bytes usable() const;
  void visit(Visitor& v);
};

}  // namespace ohm
