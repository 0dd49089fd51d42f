// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/phase_work.h"

#include <algorithm>

namespace ohm {

RunsOf::RunsOf(const Request& request) {
  const Index prompt = request.prompt, last = request.tokens() - 1;
  for (const StepTokens tokens :
       {StepTokens::every, StepTokens::first, StepTokens::not_first, StepTokens::generating}) {
    Step step;
    step.tokens = tokens;
    Runs& runs = runs_[static_cast<size_t>(tokens)];
    // only a decoder's prompt ends with a token whose answer is wanted
    runs.sequence = applications(step, request, 0, prompt - 1);
    runs.prefill = request.batch * runs.sequence;
    runs.decode = request.batch * applications(step, request, prompt, last);
  }
}

PhaseWork busiest_of(const PhaseWork& work, Index n) {
  if (n <= 1) return work;
  return {work.sequence / n, work.prefill / n, work.decode / n};
}

void BusiestWork::add(ResourceKind of, const PhaseWork& work) {
  sequence = std::max(sequence, work.sequence);
  prefill = std::max(prefill, work.prefill);
  decode = std::max(decode, work.decode);
  if (work.all() <= all) return;
  all = work.all();
  kind = of;
}

}  // namespace ohm
