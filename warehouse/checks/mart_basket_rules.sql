-- Support, confidence and lift are those of the counts, no rule is lost or there twice, and the counts and amounts of the
-- first hundred rules of two products are those of the sales. Rules beyond chance stand before the others, and have more
-- evidence than those of as many products that are not.
with

rules as (
    select * from mart_basket_rules
),

picked as (
    select * from rules
    where rule_rank <= 100 and antecedent_2 is null
),

products as (
    select antecedent_1 as product_id from picked
    union distinct
    select consequent as product_id from picked
),

bought as (
    select
        sales.customer_id,
        sales.order_id,
        sales.product_id,
        sum(sales.net_amount_base) as amount
    from fct_sales as sales
    inner join products on sales.product_id = products.product_id
    where not sales.is_return and sales.sales_day < (select max(as_of) from picked)
    group by sales.customer_id, sales.order_id, sales.product_id
),

holding as (
    select distinct
        customer_id,
        order_id
    from bought
),

baskets as (
    select
        sales.customer_id,
        sales.order_id,
        sum(sales.net_amount_base) as amount
    from fct_sales as sales
    inner join holding on sales.customer_id = holding.customer_id and sales.order_id = holding.order_id
    where not sales.is_return and sales.sales_day < (select max(as_of) from picked)
    group by sales.customer_id, sales.order_id
),

counts as (
    select
        bought.product_id,
        count(*) as baskets,
        sum(baskets.amount - bought.amount) as rest_amount
    from bought
    inner join baskets on bought.customer_id = baskets.customer_id and bought.order_id = baskets.order_id
    group by bought.product_id
),

pairs as (
    select
        picked.rule_rank,
        count(*) as baskets
    from picked
    inner join bought as antecedents on picked.antecedent_1 = antecedents.product_id
    inner join bought as consequents
        on
            picked.consequent = consequents.product_id
            and antecedents.customer_id = consequents.customer_id
            and antecedents.order_id = consequents.order_id
    group by picked.rule_rank
),

-- As in jobs/baskets/ranking.ts. How much is needed depends on how many products there are, but is never less than `needed`.
evidence as (
    select
        rule_rank,
        is_beyond_chance,
        case
            when antecedent_2 is null then 2
            when antecedent_3 is null then 3
            else 4
        end as products,
        rule_baskets * (ln(lift) - 1 + power(lift, -1)) as evidence,
        case
            when antecedent_2 is null then ln(40)
            when antecedent_3 is null then ln(60)
            else ln(80)
        end as needed
    from rules
    where lift > 1
),

explained as (
    select
        products,
        max(evidence) as evidence
    from evidence
    where not is_beyond_chance
    group by products
),

sides as (
    select
        1 as expected,
        0 as seen,
        picked.rule_rank,
        antecedents.baskets as antecedent_baskets,
        consequents.baskets as consequent_baskets,
        pairs.baskets as rule_baskets,
        case when picked.rest_amount is not null then antecedents.rest_amount end as rest_amount
    from picked
    left join counts as antecedents on picked.antecedent_1 = antecedents.product_id
    left join counts as consequents on picked.consequent = consequents.product_id
    left join pairs on picked.rule_rank = pairs.rule_rank
    union all
    select
        0 as expected,
        1 as seen,
        rule_rank,
        antecedent_baskets,
        consequent_baskets,
        rule_baskets,
        rest_amount
    from picked
    union all
    -- A figure that is not that of its counts is seen, and not expected.
    select
        0 as expected,
        1 as seen,
        rule_rank,
        antecedent_baskets,
        consequent_baskets,
        rule_baskets,
        rest_amount
    from rules
    where
        abs(support * baskets - rule_baskets) > 0.000000001 * rule_baskets
        or abs(confidence * antecedent_baskets - rule_baskets) > 0.000000001 * rule_baskets
        or abs(lift * antecedent_baskets * consequent_baskets - 1.0 * rule_baskets * baskets)
        > 0.000000001 * rule_baskets * baskets
        or lift <= 1
    union all
    -- What is said to be beyond chance, and is not.
    select
        0 as expected,
        1 as seen,
        evidence.rule_rank,
        null as antecedent_baskets,
        null as consequent_baskets,
        null as rule_baskets,
        null as rest_amount
    from evidence
    left join explained on evidence.products = explained.products
    where
        evidence.is_beyond_chance
        and (
            evidence.evidence <= evidence.needed
            or evidence.evidence <= explained.evidence
            or evidence.rule_rank > (select min(rule_rank) from rules where not is_beyond_chance)
        )
    union all
    -- Rules are numbered without a gap.
    select
        1 as expected,
        0 as seen,
        max(rule_rank) as rule_rank,
        null as antecedent_baskets,
        null as consequent_baskets,
        null as rule_baskets,
        null as rest_amount
    from rules
    having max(rule_rank) <> count(*) or count(distinct rule_rank) <> count(*)
),

final as (
    select
        rule_rank,
        antecedent_baskets,
        consequent_baskets,
        rule_baskets,
        rest_amount,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by rule_rank, antecedent_baskets, consequent_baskets, rule_baskets, rest_amount
    having sum(expected) <> sum(seen)
)

select * from final
