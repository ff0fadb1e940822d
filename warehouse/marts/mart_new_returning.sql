-- New against returning customers of each month: new are those whose first purchase is in that month, returning those who
-- bought before it. In the first month of the data all are new, since nobody knows who bought before.
-- The revenue of no purchase is what was given back by customers who had bought nothing until then; with it the parts are
-- the revenue of the month. A month is complete if the data has all its days.
-- grain: month
-- from: mart_cohort
with

activity as (
    select * from mart_cohort
    where grain = 'month'
),

grouped as (
    select
        period as month,
        is_complete,
        sum(customers) as buyers,
        sum(case when cohort = period then customers else 0 end) as new_buyers,
        sum(case when cohort < period then customers else 0 end) as returning_buyers,
        sum(case when cohort = period then orders else 0 end) as new_buyers_orders,
        sum(case when cohort < period then orders else 0 end) as returning_buyers_orders,
        sum(revenue) as revenue,
        sum(case when cohort = period then revenue else 0 end) as new_buyers_revenue,
        sum(case when cohort < period then revenue else 0 end) as returning_buyers_revenue,
        sum(case when cohort is null or cohort > period then revenue else 0 end) as no_purchase_revenue
    from activity
    group by period, is_complete
),

final as (
    select
        month,
        buyers,
        new_buyers,
        returning_buyers,
        safe_ratio(returning_buyers, buyers) as returning_share,
        new_buyers_orders,
        returning_buyers_orders,
        revenue,
        new_buyers_revenue,
        returning_buyers_revenue,
        no_purchase_revenue,
        safe_ratio(returning_buyers_revenue, revenue) as returning_revenue_share,
        is_complete
    from grouped
)

select * from final
