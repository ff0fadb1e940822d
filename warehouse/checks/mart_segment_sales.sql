-- Each segment stands in the mart once, with the lines and the revenue of its sales.
with

fact as (
    select
        customer_id,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by customer_id
),

-- One row a key: a key that stood twice would add its sales twice on both sides.
names as (
    select
        customer_id,
        max(segment) as segment
    from dim_customer
    group by customer_id
),

expected as (
    select
        names.segment,
        sum(fact.lines) as lines,
        sum(fact.revenue) as revenue
    from fact
    left join names on fact.customer_id = names.customer_id
    group by names.segment
),

sides as (
    select
        1 as expected,
        0 as seen,
        segment,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        segment,
        lines,
        revenue
    from mart_segment_sales
),

final as (
    select
        segment,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by segment, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
