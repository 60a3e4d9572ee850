"""`Mutation`, composed of one mixin a family."""

from __future__ import annotations

import strawberry

from schema.mutations.attributes import AttributeMutations
from schema.mutations.authorities import AuthorityMutations
from schema.mutations.collaterals import CollateralMutations
from schema.mutations.credit_changes import CreditChangeMutations
from schema.mutations.credit_groups import CreditGroupMutations
from schema.mutations.customers import CustomerMutations
from schema.mutations.declarations import DeclarationMutations
from schema.mutations.delegations import DelegationMutations
from schema.mutations.deliveries import DeliveryMutations
from schema.mutations.forced_holds import ForcedHoldMutations
from schema.mutations.hold_batches import HoldBatchMutations
from schema.mutations.holds import HoldMutations
from schema.mutations.jobs import JobMutations
from schema.mutations.limit_approval import LimitApprovalMutations
from schema.mutations.limit_generation import LimitGenerationMutations
from schema.mutations.limits import LimitMutations
from schema.mutations.masters import MasterMutations
from schema.mutations.names import NameMutations
from schema.mutations.order_exclusion import OrderExclusionMutations
from schema.mutations.orders import OrderMutations
from schema.mutations.party_limits import PartyLimitMutations
from schema.mutations.payments import PaymentMutations
from schema.mutations.receivables import ReceivablesMutations
from schema.mutations.release_approval import ReleaseApprovalMutations
from schema.mutations.rules import RuleMutations
from schema.mutations.simulating import SimulatingMutations
from schema.mutations.submitting import SubmittingMutations
from schema.mutations.translations import TranslationMutations


@strawberry.type(description="Everything that can be changed. Each field is one transaction.")
class Mutation(
    MasterMutations,
    CustomerMutations,
    AttributeMutations,
    CreditChangeMutations,
    ReceivablesMutations,
    PaymentMutations,
    OrderMutations,
    OrderExclusionMutations,
    DeliveryMutations,
    SubmittingMutations,
    HoldMutations,
    HoldBatchMutations,
    ForcedHoldMutations,
    ReleaseApprovalMutations,
    LimitMutations,
    LimitGenerationMutations,
    LimitApprovalMutations,
    AuthorityMutations,
    PartyLimitMutations,
    DelegationMutations,
    CreditGroupMutations,
    CollateralMutations,
    DeclarationMutations,
    RuleMutations,
    SimulatingMutations,
    NameMutations,
    TranslationMutations,
    JobMutations,
):
    """The root of writing."""
