// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/baseline_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mapping/baseline/decode_gain.h"
#include "mapping/network/context.h"
#include "mapping/network/parameter_count.h"

namespace ohm {
namespace {

std::vector<std::string> assumptions_of(const Roofline& roofline, const Network& network) {
  const BaselineSpec& spec = roofline.spec();
  std::vector<std::string> list{
      fmt::format("{} bits per weight, {} per key and value, {} in products at {}",
                  spec.bits.weights, spec.bits.kv, spec.bits.activations, spec.precision),
      fmt::format("{:.0f} % of the {} rate, {:.0f} % of the bandwidth ({}: {})",
                  100.0 * spec.efficiency.compute, spec.precision,
                  100.0 * spec.efficiency.bandwidth, spec.efficiency.origin.status,
                  spec.efficiency.origin.source),
      spec.power.busy.si() > 0.0
          ? "power counts: " + spec.power.accounting
          : std::string("no power is published: energy and tokens per joule are not stated"),
      "all sequences arrive together, are prefilled in one pass and decoded in step",
      "vectors, sampling, kernel launches and the host take no time"};
  if (network.spec.n_experts > 0) {
    list.push_back("tokens choose experts independently and evenly");
  }
  if (network.spec.n_decoder_layers > 0) {
    list.push_back(
        "two stacks are two passes: the first one's weights are read once for all prompts, with "
        "keys and values for the second one; each stage holds its share of both stacks");
  }
  if (roofline.stages() < spec.stages) {
    list.push_back(
        fmt::format("{} layers take {} of {} stages: {} of {} devices hold weights, and only these "
                    "count as memory and power",
                    std::max(network.spec.n_layers, network.spec.n_decoder_layers),
                    roofline.stages(), spec.stages, roofline.devices(), spec.devices));
  }
  if (spec.exchange.interval.si() > 0.0) {
    list.push_back(fmt::format(
        "a layer takes one token per {:.3g} us: more sequences than places give no "
        "higher rate ({}: {})",
        1e6 * static_cast<double>(spec.exchange.per_layer) * spec.exchange.interval.si(),
        spec.exchange.origin.status, spec.exchange.origin.source));
  }
  return list;
}

double per(double amount, double whole) {
  return whole > 0.0 ? amount / whole : 0.0;
}

void fill_rates(BaselineEstimate& result, double decoding) {
  const Request& r = result.request;
  const auto batch = static_cast<double>(r.batch);
  const double in = batch * static_cast<double>(r.source > 0 ? r.source : r.prompt);
  const double out = batch * static_cast<double>(r.generate);
  result.output_tokens_per_s = out / result.makespan.si();
  result.total_tokens_per_s = (in + out) / result.makespan.si();
  result.tokens_per_s_per_user = per(1.0, result.tpot.si());
  result.decode_tokens_per_s = batch * result.tokens_per_s_per_user;
  result.output_tokens_per_j = per(out, result.energy.si());
  result.total_tokens_per_j = per(in + out, result.energy.si());
  result.decode_tokens_per_j = per(batch * static_cast<double>(r.generate - 1), decoding);
  result.power = result.energy / result.makespan;
}

}  // namespace

BaselineEstimate estimate(const BaselineSpec& spec, const Network& network,
                          const Workload& workload) {
  const Roofline roofline(spec, network);
  BaselineEstimate result;
  const Request request = result.request = resolve(network.spec, workload);
  const auto batch = static_cast<double>(request.batch);
  const auto prompt = static_cast<double>(request.source > 0 ? request.source : request.prompt);
  const auto first = static_cast<double>(request.source + request.prompt);  // seen by an output
  roofline.require_fit(batch, static_cast<double>(request.tokens_of_both_stacks()));
  result.prefill = roofline.prefill(roofline.counter().prompts(batch, prompt));
  result.ttft = result.prefill.time;
  result.macs = result.prefill.counts.macs + result.prefill.counts.attention_macs;
  Seconds decoding;
  Joules decode_energy;
  for (Index step = 1; step < request.generate; ++step) {
    const double position = roofline.counter().attended(first + static_cast<double>(step));
    const PassCost cost = roofline.decode(batch, batch * position);
    decoding += cost.time;
    decode_energy += cost.energy;
    result.macs += cost.counts.macs + cost.counts.attention_macs;
    if (step == request.generate / 2) result.decode = cost;
  }
  if (request.generate > 1) {
    result.tpot = decoding / static_cast<double>(request.generate - 1);
    const PassCounts& middle = result.decode.counts;
    result.decode_gain =
        decode_gain(Bytes(middle.weight_bytes), Bytes(middle.kv_bytes / batch), batch);
  }
  result.makespan = result.ttft + decoding;
  result.energy = roofline.busy_power() * result.ttft + decode_energy;
  const double kept = roofline.counter().kept(static_cast<double>(request.tokens_of_both_stacks()));
  result.resident = Bytes(roofline.counter().weight_bytes() +
                          batch * kept * roofline.counter().kv_bytes_per_token());
  fill_rates(result, decode_energy.si());
  result.assumptions = assumptions_of(roofline, network);
  return result;
}

PassCost decode_step(const BaselineSpec& spec, const Network& network, Index context, Index batch) {
  require_context(network.spec, context, fewest_positions(network.spec));
  const Roofline roofline(spec, network);
  const auto sequences = static_cast<double>(batch), positions = static_cast<double>(context);
  roofline.require_fit(sequences, positions);
  return roofline.decode(sequences, sequences * roofline.counter().attended(positions));
}

SteadyRate steady_rate(const BaselineSpec& spec, const Network& network, const Request& request) {
  const Roofline roofline(spec, network);
  if (!request.decoder || request.generate < 1 || request.prompt < 1) {
    throw ArgumentError(
        fmt::format("steady rate of {}: prompt {} and generate {}; expected a decoder with at "
                    "least one token of each",
                    network.spec.name, request.prompt, request.generate));
  }
  const auto prompt = static_cast<double>(request.prompt);
  const auto generate = static_cast<double>(request.generate);
  const auto first = prompt + static_cast<double>(start_tokens(network.spec));
  const double mean = roofline.counter().attended(first + generate / 2.0);
  SteadyRate rate;
  const double tokens = first + generate - 1.0;
  rate.batch = request.batch > 0
                   ? static_cast<double>(request.batch)
                   : std::floor(roofline.kv_capacity() / roofline.counter().kept(tokens));
  roofline.require_fit(std::max(rate.batch, 1.0), tokens);
  const PassCost step = roofline.decode(rate.batch, rate.batch * mean);
  const Seconds round = roofline.prefill(roofline.counter().prompts(rate.batch, prompt)).busy +
                        (generate - 1.0) * step.busy;
  rate.requests_per_s = rate.batch / round.si();
  rate.output_tokens_per_s = generate * rate.requests_per_s;
  rate.total_tokens_per_s = (prompt + generate) * rate.requests_per_s;
  rate.output_tokens_per_j = per(rate.output_tokens_per_s, roofline.busy_power().si());
  rate.tpot = generate > 1.0 ? round / (generate - 1.0) : Seconds(0.0);
  return rate;
}

}  // namespace ohm
